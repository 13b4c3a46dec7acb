-- One row per RDR number: what it says, and how far it came. Its state is its latest event's; at one moment the
-- later step wins (submitted, then accepted or rejected, then unwound), and the rest of the order leaves no tie. Most
-- numbers have one event: only the others are put in order.
with events as (

    select * from {{ ref('int_rdr_events_dated') }}

),

report_moments as (

    select
        oem_code,
        dealer_code,
        rdr_number,
        count(*) as event_count,
        min(case when event_code = 'submitted' then event_at end) as submitted_at,
        min(case when event_code = 'accepted' then event_at end) as accepted_at,
        min(case when event_code = 'accepted' then event_date end) as accepted_date,
        min(case when event_code = 'unwound' then event_at end) as unwound_at,
        min(case when event_code = 'unwound' then event_date end) as unwound_date
    from events
    group by oem_code, dealer_code, rdr_number

),

events_with_moments as (

    select
        events.*,
        report_moments.event_count,
        report_moments.submitted_at,
        report_moments.accepted_at,
        report_moments.accepted_date,
        report_moments.unwound_at,
        report_moments.unwound_date
    from events
    inner join report_moments
        on
            events.oem_code = report_moments.oem_code
            and events.dealer_code = report_moments.dealer_code
            and events.rdr_number = report_moments.rdr_number

),

ordered_events as (

    select
        *,
        row_number() over (
            partition by oem_code, dealer_code, rdr_number
            order by
                event_at desc,
                case event_code
                    when 'unwound' then 4 when 'accepted' then 3 when 'rejected' then 2 else 1
                end desc,
                known_at desc,
                content_hash desc,
                source_row desc
        ) as event_number
    from events_with_moments
    where event_count > 1

),

latest_events as (

    select
        *,
        1 as event_number
    from events_with_moments
    where event_count = 1
    union all
    select * from ordered_events
    where event_number = 1

)

select
    oem_code || '/' || dealer_code || '/' || rdr_number as rdr_id,
    oem_code,
    dealer_code,
    rdr_number,
    vin,
    make,
    model,
    trim,
    model_year,
    powertrain,
    stock_type,
    sale_type,
    {{ unit_class_id() }} as unit_class_id,
    msrp_amount,
    sale_date,
    event_code as rdr_status,
    event_at as status_at,
    submitted_at,
    accepted_at,
    accepted_date,
    unwound_at,
    unwound_date,
    reject_reason,
    is_vin_valid,
    source_file,
    source_row
from latest_events
