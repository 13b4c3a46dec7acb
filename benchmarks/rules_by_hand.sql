-- What `benchmarks.rules` measures our path against: the same two tables, by hand, for its made-up group alone. It takes
-- facts as they come (several events of a report, restated deals, cars sold again), and knows by heart what rulebooks say
-- (four shapes, two models, one sale type) and that no list, recall, gate, cap, deadline or revision of the group needs
-- a look. {landing}, {compiled} and {as_of} are filled in.

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
            partition by oem_code, dealer_code, rdr_number
            order by event_at desc,
                list_position(['submitted', 'rejected', 'accepted', 'unwound'], event_code) desc,
                _known_at desc
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
    where newest = 1 and deal_status in ('delivered', 'finalized') and delivery_date <= '{as_of}'::date
),
-- A report and a deal tell of one sale when car and store are the same and their dates are within 90 days.
matches as (
    select dealer_code, vin, rdr_number, event_code, event_at, sale_date, unwound_date, deal_number, deal_status,
        delivery_date, deals.msrp_amount
    from deals join reports using (dealer_code, vin)
    where abs(sale_date - delivery_date) <= 90
),
report_deals as (
    select distinct on (dealer_code, rdr_number) dealer_code, rdr_number, deal_number, deal_status, delivery_date,
        msrp_amount
    from matches
    where event_code <> 'unwound' or delivery_date < unwound_date or delivery_date = sale_date
    order by dealer_code, rdr_number, abs(sale_date - delivery_date), delivery_date desc, deal_number desc
),
deal_reports as (
    select dealer_code, deal_number,
        bool_or(event_code = 'accepted') as is_accepted,
        bool_or(event_code = 'unwound' and (
            unwound_date > delivery_date or (unwound_date = delivery_date and sale_date = delivery_date)
        )) as is_unwound,
        max_by(rdr_number, (event_at, rdr_number)) filter (event_code in ('submitted', 'rejected')) as open_rdr_number
    from matches
    group by all
),
cars as (
    select stores.rooftop_id, reports.oem_code, reports.dealer_code, reports.vin, reports.make,
        reports.model, reports.trim, reports.model_year, reports.powertrain, reports.stock_type,
        reports.sale_type, reports.sale_date, reports.is_vin_valid, reports.rdr_number,
        reports.event_code as rdr_status, submitted_at, accepted_at, accepted_date, unwound_at,
        unwound_date, deal_number, deal_status, delivery_date,
        coalesce(reports.msrp_amount, report_deals.msrp_amount) as msrp_amount, true as is_delivered, 'report' as told_by,
        reports._source_file, reports._source_row
    from reports
    join stores using (oem_code, dealer_code)
    left join report_deals using (dealer_code, rdr_number)
    where reports.event_code in ('accepted', 'unwound')
    union all
    select deals.rooftop_id, deals.oem_code, deals.dealer_code, deals.vin, deals.make, deals.model, deals.trim,
        deals.model_year, deals.powertrain, deals.stock_type, deals.sale_type, deals.delivery_date,
        deals.is_vin_valid, reports.rdr_number, coalesce(reports.event_code, 'none'), submitted_at, accepted_at,
        accepted_date, unwound_at, unwound_date, deals.deal_number, deals.deal_status, deals.delivery_date,
        deals.msrp_amount, true, 'deal', deals._source_file, deals._source_row
    from deals
    left join deal_reports using (dealer_code, deal_number)
    left join reports
        on deals.dealer_code = reports.dealer_code and deal_reports.open_rdr_number = reports.rdr_number
    where not coalesce(is_accepted or is_unwound, false)
    union all
    select stores.rooftop_id, open.oem_code, open.dealer_code, open.vin, open.make, open.model, open.trim,
        open.model_year, open.powertrain, open.stock_type, open.sale_type, open.sale_date, open.is_vin_valid,
        open.rdr_number, open.event_code, open.submitted_at, open.accepted_at, open.accepted_date, open.unwound_at,
        open.unwound_date, null, null, null, open.msrp_amount, false, 'report', open._source_file, open._source_row
    from reports as open join stores using (oem_code, dealer_code)
    where open.event_code in ('submitted', 'rejected')
        and not exists (
            from deal_reports
            where deal_reports.dealer_code = open.dealer_code and open_rdr_number = open.rdr_number
                and not (is_accepted or is_unwound)
        )
        and not exists (
            from reports as accepted
            where accepted.event_code = 'accepted' and accepted.dealer_code = open.dealer_code
                and accepted.vin = open.vin and abs(accepted.sale_date - open.sale_date) <= 90
        )
),
accepted_elsewhere as (
    select distinct delivered.dealer_code, delivered.deal_number
    from cars as delivered join reports
        on delivered.vin = reports.vin and delivered.oem_code = reports.oem_code
            and delivered.dealer_code <> reports.dealer_code
    where delivered.rdr_status not in ('accepted', 'unwound') and reports.event_code = 'accepted'
        and abs(reports.sale_date - delivered.sale_date) <= 90
),
repeated as (
    select vin from cars group by vin having count(*) > 1
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
judged as not materialized (
    select cars.*, program_code, period_code, period_start_date, period_end_date,
        md5(concat_ws('|', make, model, trim, model_year, powertrain, stock_type, sale_type))
            as unit_class_id,
        case
            when shape = 'lines' and model not in ('Line 1', 'Line 2') then 'wrong_model'
            when sale_type not in ('retail', 'lease') then 'wrong_sale_type'
            when not is_vin_valid then 'vin_invalid'
            when rdr_status = 'unwound' then 'unwound'
            when rdr_status = 'accepted' then 'counted'
            when accepted_elsewhere.deal_number is not null then 'counted_under_other_code'
            when rdr_status = 'submitted' then 'pending_rdr_submitted'
            when rdr_status = 'rejected' then 'rdr_rejected'
            else 'pending_not_reported'
        end as reason_alone
    from cars join days on cars.oem_code = days.oem_code and cars.sale_date = days.day
    left join accepted_elsewhere using (dealer_code, deal_number)
),
stated as not materialized (
    select *,
        case
            when reason_alone = 'counted' then 'reported'
            when reason_alone in ('pending_not_reported', 'pending_rdr_submitted', 'rdr_rejected') and is_delivered
                then 'pending'
            else 'not_counted'
        end as state_alone
    from judged
),
-- A car is new once: of several sales the first that holds stands, and a period keeps one row of a car.
repeated_sales as (
    select *, state_alone <> 'not_counted' and row_number() over (
        partition by program_code, dealer_code, vin, state_alone <> 'not_counted'
        order by state_alone <> 'reported', sale_date, accepted_at, told_by, rdr_number, deal_number
    ) > 1 as is_duplicate
    from stated semi join repeated using (vin)
),
ranked as (
    select program_code, period_code, dealer_code, sale_date, rdr_number, deal_number, told_by,
        is_duplicate, row_number() over (
            partition by program_code, dealer_code, period_code, vin
            order by
                case when is_duplicate then 3 when state_alone = 'reported' then 1
                    when state_alone = 'pending' then 2 else 3 end,
                state_alone = 'not_counted', sale_date desc, accepted_at desc nulls last, told_by desc, rdr_number desc,
                deal_number desc
        ) as place
    from repeated_sales
),
verdicts as (
    select stated.*,
        if(is_duplicate, 'duplicate_vin', reason_alone) as reason_code,
        if(is_duplicate, 'not_counted', state_alone) as count_state
    from stated left join ranked
        on stated.program_code = ranked.program_code and stated.period_code = ranked.period_code
            and stated.dealer_code = ranked.dealer_code
            and stated.rdr_number is not distinct from ranked.rdr_number
            and stated.deal_number is not distinct from ranked.deal_number
    where coalesce(place, 1) = 1
)
select program_code, rooftop_id, period_code, vin, dealer_code, 1 as program_version,
    period_start_date, period_end_date, make, model, trim, model_year, powertrain, stock_type,
    sale_type, unit_class_id, 'seg-' || left(unit_class_id, 12) as segment_code,
    sale_date as counting_date, sale_date, rdr_number, rdr_status, submitted_at, accepted_at,
    accepted_date, unwound_at, unwound_date, deal_number, deal_status, delivery_date, msrp_amount,
    count_state,
    count_state = 'reported' as is_counted,
    count_state = 'pending' as is_pending,
    null::boolean as is_official,
    count_state = 'reported' as is_paid,
    0 as reversed_units, null::date as reversed_date, 0::decimal(14, 2) as reversed_msrp_amount,
    null::varchar as reversed_unit_class_id,
    if(reason_alone in ('wrong_sale_type', 'wrong_model'), null, 'volume') as counted_element_codes,
    if(reason_alone in ('wrong_sale_type', 'wrong_model'), null, 'volume') as paid_element_codes,
    reason_code,
    case reason_code
        when 'counted' then 'The OEM accepted the report and the program counts this car.'
        when 'unwound' then 'The sale was unwound; it no longer counts.'
        when 'wrong_sale_type' then 'The program does not count this type of sale.'
        when 'wrong_model' then 'The program does not count this model.'
        when 'duplicate_vin' then 'Another sale of this car already counts.'
        when 'pending_rdr_submitted' then 'The RDR is submitted; the OEM has not answered yet.'
        when 'rdr_rejected' then 'The OEM rejected the RDR and no new one is accepted.'
        else 'Delivered in the DMS; no RDR has been submitted.'
    end as reason_text,
    if(count_state = 'reported', 'paid', 'not_counted') as pay_reason_code,
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
