-- One row per RDR number: what it says, and how far it came. Its state is its latest event's; at one moment the
-- later step wins (submitted, then accepted or rejected, then unwound), and the rest of the order leaves no tie.
with events as (

    select * from {{ ref('int_rdr_events_dated') }}

),

report_moments as (

    select
        oem_code,
        dealer_code,
        rdr_number,
        max(event_at) as latest_at,
        min(case when event_code = 'submitted' then event_at end) as submitted_at,
        min(case when event_code = 'accepted' then event_at end) as accepted_at,
        min(case when event_code = 'accepted' then event_date end) as accepted_date,
        min(case when event_code = 'unwound' then event_at end) as unwound_at,
        min(case when event_code = 'unwound' then event_date end) as unwound_date
    from events
    group by oem_code, dealer_code, rdr_number

),

-- Putting in order carries every column along: only the latest moment's events of a report are, and only if several.
latest_events as (

    select
        events.*,
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
            and events.event_at = report_moments.latest_at

),

tied_reports as (

    select
        oem_code,
        dealer_code,
        rdr_number
    from latest_events
    group by oem_code, dealer_code, rdr_number
    having count(*) > 1

),

marked_events as (

    select
        latest_events.*,
        tied_reports.rdr_number is not null as is_tied
    from latest_events
    left join tied_reports
        on
            latest_events.oem_code = tied_reports.oem_code
            and latest_events.dealer_code = tied_reports.dealer_code
            and latest_events.rdr_number = tied_reports.rdr_number

),

ordered_events as (

    select
        *,
        row_number() over (
            partition by oem_code, dealer_code, rdr_number
            order by
                case event_code
                    when 'unwound' then 4 when 'accepted' then 3 when 'rejected' then 2 else 1
                end desc,
                known_at desc,
                content_hash desc,
                source_row desc
        ) as event_number
    from marked_events
    where is_tied

),

current_reports as (

    select
        *,
        1 as event_number
    from marked_events
    where not is_tied
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
from current_reports
