-- One row per car, program, rooftop and period: whether and why it counts and is paid, what the OEM says of it, and
-- the file and row that prove it. Several sales of one car are already one here.
with units as (

    select * from {{ ref('int_units_standing') }}
    union all
    select * from {{ ref('int_official_only_units') }}

),

official_lists as (

    select distinct
        oem_code,
        dealer_code,
        program_code,
        period_code,
        list_date
    from {{ ref('int_official_lists') }}

),

official_units as (

    select * from {{ ref('int_official_lists') }}

),

judged_units as (

    select
        units.*,
        units.count_state = 'reported' and units.is_class_counted as is_counted,
        units.count_state = 'pending' and units.is_class_counted as is_pending,
        units.count_state = 'reported' and units.is_class_paid as is_paid,
        case
            when units.count_state <> 'reported' and units.class_pay_reason_code = 'paid' then 'not_counted'
            else units.class_pay_reason_code
        end as pay_reason_code,
        official_lists.list_date,
        official_units.reason as official_reason,
        case
            when official_lists.list_date is not null then coalesce(official_units.is_counted, false)
        end as is_official
    from units
    left join official_lists
        on
            units.oem_code = official_lists.oem_code
            and units.dealer_code = official_lists.dealer_code
            and units.program_code = official_lists.program_code
            and units.period_code = official_lists.period_code
    left join official_units
        on
            units.oem_code = official_units.oem_code
            and units.dealer_code = official_units.dealer_code
            and units.program_code = official_units.program_code
            and units.period_code = official_units.period_code
            and units.vin = official_units.vin

),

explained_units as (

    select
        *,
        case
            when verdict_code = 'counted' and not is_class_counted then class_reason_code
            else verdict_code
        end as reason_code
    from judged_units

),

told_units as (

    select
        units.*,
        case
            when units.reason_code = 'rdr_rejected' and units.reject_reason is not null
                then reasons.reason_text || ' The OEM said: ' || units.reject_reason
            when units.reason_code = 'counted_under_other_code'
                then reasons.reason_text || ' (' || units.other_dealer_code || ')'
            else reasons.reason_text
        end as reason_text
    from explained_units as units
    left join {{ ref('reason_codes') }} as reasons
        on units.reason_code = reasons.reason_code

)

select
    units.program_code,
    units.rooftop_id,
    units.period_code,
    units.vin,
    units.dealer_code,
    units.program_version,
    units.period_start_date,
    units.period_end_date,
    units.make,
    units.model,
    units.trim,
    units.model_year,
    units.powertrain,
    units.stock_type,
    units.sale_type,
    units.unit_class_id,
    units.segment_code,
    units.counting_date,
    units.sale_date,
    units.rdr_number,
    units.rdr_status,
    units.submitted_at,
    units.accepted_at,
    units.accepted_date,
    units.unwound_at,
    units.unwound_date,
    units.deal_number,
    units.deal_status,
    units.delivery_date,
    units.msrp_amount,
    units.count_state,
    units.is_counted,
    units.is_pending,
    units.is_official,
    units.is_paid,
    units.reversed_units,
    units.reversed_date,
    cast(units.reversed_msrp_amount as decimal(14, 2)) as reversed_msrp_amount,
    units.reversed_unit_class_id,
    units.counted_element_codes,
    units.paid_element_codes,
    units.reason_code,
    units.reason_text,
    units.pay_reason_code,
    units.has_open_recall,
    case
        when units.is_official is null or units.is_official = units.is_counted then null
        when units.is_official and units.unwound_date > units.list_date
            then 'Unwound since the OEM list of ' || units.list_date || '.'
        when units.is_official then 'The OEM counts it as of ' || units.list_date || '. Here: ' || units.reason_text
        when units.accepted_date > units.list_date and units.official_reason is null
            then 'Accepted since the OEM list of ' || units.list_date || '.'
        else coalesce(
            'The OEM does not count it as of ' || units.list_date || ': ' || units.official_reason,
            'Counted here; not on the OEM list of ' || units.list_date || '.'
        )
    end as difference_reason,
    units.source_file,
    units.source_row,
    units.bulletin_number
from told_units as units
