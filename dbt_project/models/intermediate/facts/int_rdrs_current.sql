-- One row per RDR number: what it says, and how far it came. Its state is its latest event's; at one moment the
-- later step wins (submitted, then accepted or rejected, then unwound), and the rest of the order leaves no tie.
with ordered_events as (

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
        ) as event_number,
        min(case when event_code = 'submitted' then event_at end)
            over (partition by oem_code, dealer_code, rdr_number) as submitted_at,
        min(case when event_code = 'accepted' then event_at end)
            over (partition by oem_code, dealer_code, rdr_number) as accepted_at,
        min(case when event_code = 'accepted' then event_date end)
            over (partition by oem_code, dealer_code, rdr_number) as accepted_date,
        min(case when event_code = 'unwound' then event_at end)
            over (partition by oem_code, dealer_code, rdr_number) as unwound_at,
        min(case when event_code = 'unwound' then event_date end)
            over (partition by oem_code, dealer_code, rdr_number) as unwound_date
    from {{ ref('int_rdr_events_dated') }}

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
from ordered_events
where event_number = 1
