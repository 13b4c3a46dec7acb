{{ config(materialized='view') }}
-- Cars that would count if their report were in order: delivered and not reported, rejected, or with a VIN that fails
-- its check digit.
with units as (

    select
        units.*,
        periods.program_name,
        {{ report_deadline("periods.last_day_date", "periods.report_days_after_sale", "units.sale_date") }}
            as last_day_date
    from {{ ref('fct_counted_unit') }} as units
    inner join {{ ref('int_live_periods') }} as periods
        on
            units.rooftop_id = periods.rooftop_id
            and units.program_code = periods.program_code
            and units.period_code = periods.period_code
    where units.reason_code in ('pending_not_reported', 'rdr_rejected', 'vin_invalid')

),

worths as (

    select * from {{ ref('int_pending_worth') }}

)

select
    case units.reason_code
        when 'pending_not_reported' then 'delivered_not_reported'
        else units.reason_code
    end as gap_code,
    units.rooftop_id,
    units.program_code,
    units.period_code,
    units.vin as gap_key,
    {{ gap_severity("units.last_day_date") }} as severity,
    case units.reason_code
        when 'pending_not_reported' then 'Delivered and not reported: '
        when 'rdr_rejected' then 'RDR rejected: '
        else 'VIN fails its check digit: '
    end || coalesce(units.model, 'car') || ' ' || units.vin as title,
    units.program_name || ' ' || units.period_code || ': ' || units.reason_text as detail,
    cast(coalesce(worths.amount_at_risk, 0) as decimal(14, 2)) as amount_at_risk,
    units.last_day_date,
    units.vin,
    cast(null as varchar) as item_code,
    coalesce('Delivered ' || units.delivery_date || ', deal ' || units.deal_number || '. ', '')
    || coalesce('RDR ' || units.rdr_number || ' ' || units.rdr_status || '. ', '')
    || case
        when worths.vin is null then 'What it is worth is not known until it can be reported.'
        else
            'An even share of ' || cast(worths.pending_amount as decimal(14, 2)) || ' that '
            || worths.pending_count || ' pending cars are worth together.'
    end as evidence_text,
    units.source_file,
    units.source_row
from units
left join worths
    on
        units.rooftop_id = worths.rooftop_id
        and units.program_code = worths.program_code
        and units.period_code = worths.period_code
        and units.vin = worths.vin
