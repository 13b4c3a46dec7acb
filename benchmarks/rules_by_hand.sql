-- What `benchmarks.rules` measures our path against: the same two tables, by hand, for its made-up group alone. It knows
-- by heart what rulebooks say (four shapes, one model, one sale type), that a car is sold once, and that no list, recall,
-- gate, cap or revision of the group needs a look. {landing}, {compiled} and {as_of} are filled in.

-- Every car in every program and period, with its verdict and the file and row that prove it.
create table units_by_hand as
with report_events as (
    select *, timezone('America/Chicago', event_at)::date as event_date
    from read_parquet('{landing}/portal/rdrs/*.parquet', union_by_name = true)
    where _known_at <= timestamptz '{as_of}' and event_at <= timestamptz '{as_of}'
),
report_moments as (
    select oem_code, dealer_code, rdr_number,
        min(event_at) filter (event_code = 'submitted') as submitted_at,
        min(event_at) filter (event_code = 'accepted') as accepted_at,
        min(event_date) filter (event_code = 'accepted') as accepted_date,
        min(event_at) filter (event_code = 'unwound') as unwound_at,
        min(event_date) filter (event_code = 'unwound') as unwound_date
    from report_events
    group by all
),
reports as (
    select * from (
        select *, row_number() over (
            partition by oem_code, dealer_code, rdr_number order by event_at desc, event_code desc
        ) as newest
        from report_events
    ) join report_moments using (oem_code, dealer_code, rdr_number)
    where newest = 1
),
stores as (
    select distinct on (rooftop_id, oem_code, dealer_code) rooftop_id, oem_code, dealer_code
    from read_parquet('{compiled}/franchises.parquet')
),
deals as (
    select * from (
        select *, row_number() over (
            partition by rooftop_id, deal_number
            order by row_updated_at desc nulls last, _known_at desc
        ) as newest
        from read_parquet('{landing}/dms/deals/*.parquet', union_by_name = true)
        where _known_at <= timestamptz '{as_of}'
    ) join stores using (rooftop_id)
    where newest = 1 and deal_status = 'finalized'
),
cars as (
    select stores.rooftop_id, reports.oem_code, reports.dealer_code, reports.vin, reports.make,
        reports.model, reports.trim, reports.model_year, reports.powertrain, reports.stock_type,
        reports.sale_type, reports.sale_date, reports.rdr_number,
        reports.event_code as rdr_status, submitted_at, accepted_at, accepted_date, unwound_at,
        unwound_date, deals.deal_number, deals.deal_status, deals.delivery_date,
        coalesce(reports.msrp_amount, deals.msrp_amount) as msrp_amount, reports._source_file,
        reports._source_row
    from reports
    join stores using (oem_code, dealer_code)
    left join deals on reports.vin = deals.vin and reports.dealer_code = deals.dealer_code
    union all
    select rooftop_id, oem_code, dealer_code, vin, make, model, trim, model_year, powertrain,
        stock_type, sale_type, delivery_date, null, 'none', null, null, null, null, null,
        deal_number, deal_status, delivery_date, msrp_amount, _source_file, _source_row
    from deals
    where not exists (
        from reports
        where reports.vin = deals.vin and reports.dealer_code = deals.dealer_code
    )
),
periods as (
    select program_code, split_part(program_code, '-', 1) as shape, period_code,
        period_start_date, period_end_date, 'make' || split_part(program_code, '-make', 2) as oem_code
    from read_parquet('{compiled}/program_periods.parquet')
    where period_start_date <= '{as_of}'::date
),
days as (
    select periods.*, unnest(generate_series(
        period_start_date, period_end_date, interval 1 day
    ))::date as day
    from periods
),
verdicts as (
    select *,
        md5(concat_ws('|', make, model, trim, model_year, powertrain, stock_type, sale_type))
            as unit_class_id,
        case
            when shape = 'lines' and model not in ('Line 1', 'Line 2') then 'wrong_model'
            when sale_type not in ('retail', 'lease') then 'wrong_sale_type'
            when rdr_status = 'unwound' then 'unwound'
            when rdr_status = 'accepted' then 'counted'
            else 'pending_not_reported'
        end as reason_code
    from cars join days on cars.oem_code = days.oem_code and cars.sale_date = days.day
)
select program_code, rooftop_id, period_code, vin, dealer_code, 1 as program_version,
    period_start_date, period_end_date, make, model, trim, model_year, powertrain, stock_type,
    sale_type, unit_class_id, 'seg-' || left(unit_class_id, 12) as segment_code,
    sale_date as counting_date, sale_date, rdr_number, rdr_status, submitted_at, accepted_at,
    accepted_date, unwound_at, unwound_date, deal_number, deal_status, delivery_date, msrp_amount,
    case reason_code
        when 'counted' then 'reported' when 'pending_not_reported' then 'pending'
        else 'not_counted'
    end as count_state,
    reason_code = 'counted' as is_counted,
    reason_code = 'pending_not_reported' as is_pending,
    null::boolean as is_official,
    reason_code = 'counted' as is_paid,
    0 as reversed_units, null::date as reversed_date, 0::decimal(14, 2) as reversed_msrp_amount,
    if(reason_code in ('wrong_sale_type', 'wrong_model'), null, 'volume') as counted_element_codes,
    if(reason_code in ('wrong_sale_type', 'wrong_model'), null, 'volume') as paid_element_codes,
    reason_code,
    case reason_code
        when 'counted' then 'The OEM accepted the report and the program counts this car.'
        when 'unwound' then 'The sale was unwound; it no longer counts.'
        when 'wrong_sale_type' then 'The program does not count this type of sale.'
        when 'wrong_model' then 'The program does not count this model.'
        else 'Delivered in the DMS; no RDR has been submitted.'
    end as reason_text,
    if(reason_code = 'counted', 'paid', 'not_counted') as pay_reason_code,
    false as has_open_recall, null::varchar as difference_reason, _source_file as source_file,
    _source_row as source_row, 'B' as bulletin_number
from verdicts;

-- Every standing.
create table standings_by_hand as
with stores as (
    select distinct on (rooftop_id, oem_code, dealer_code) rooftop_id, oem_code, dealer_code
    from read_parquet('{compiled}/franchises.parquet')
),
periods as (
    select program_code, split_part(program_code, '-', 1) as shape, period_code,
        base_start_date, base_end_date, 'make' || split_part(program_code, '-make', 2) as oem_code
    from read_parquet('{compiled}/program_periods.parquet')
    where period_start_date <= '{as_of}'::date
),
counted as (
    select program_code, period_code, rooftop_id,
        count(*) filter (is_counted) as units,
        count(*) filter (is_pending) as pending,
        coalesce(sum(msrp_amount) filter (is_paid), 0) as msrp
    from units_by_hand
    group by all
),
accepted as (
    select rooftop_id, sale_date from units_by_hand
    where program_code like 'growth-%' and is_counted
),
bases as (
    select program_code, period_code, rooftop_id, count(*) as base
    from accepted join stores using (rooftop_id) join periods
        on stores.oem_code = periods.oem_code and sale_date between base_start_date and base_end_date
    where shape = 'growth'
    group by all
),
objectives as (
    select rooftop_id, program_code, period_code,
        max_by(objective_units, (announced_date, _known_at)) as objective
    from read_parquet('{landing}/portal/objectives/*.parquet', union_by_name = true)
    join stores using (oem_code, dealer_code)
    where _known_at <= timestamptz '{as_of}'
    group by all
),
first_sales as (
    select oem_code, min(sale_date) as first_sale
    from accepted join stores using (rooftop_id) group by all
),
standings as (
    select stores.rooftop_id, periods.program_code, periods.shape, periods.period_code,
        coalesce(units, 0) as units, coalesce(pending, 0) as pending, coalesce(msrp, 0) as msrp,
        objective, if(first_sale <= base_start_date + 7, coalesce(base, 0), null) as base
    from stores join periods using (oem_code)
    left join counted using (rooftop_id, program_code, period_code)
    left join objectives using (rooftop_id, program_code, period_code)
    left join bases using (rooftop_id, program_code, period_code)
    left join first_sales using (oem_code)
)
select rooftop_id, program_code, period_code, units, pending,
    coalesce(case shape
        when 'tiers' then units * case
            when units >= ceil(objective * 110 / 100::decimal) then 1200
            when units >= ceil(objective * 100 / 100::decimal) then 600
            when units >= ceil(objective * 90 / 100::decimal) then 350 end
        when 'lines' then units * case when units >= 30 then 200 when units >= 20 then 100 end
        when 'growth' then 3000 * least(greatest(units - base, 0), greatest(base * 20 // 100, 1))
        when 'msrp' then round(msrp * case
            when units >= ceil(objective * 100 / 100::decimal) then 0.0100
            when units >= ceil(objective * 75 / 100::decimal) then 0.0025 end, 2)
    end, 0)::decimal(18, 2) as amount
from standings;
