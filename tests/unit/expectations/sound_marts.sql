-- Two rooftops in one program of two elements, one open period and one closed: every promise kept.
create table compiled_enrolments as
select rooftop_id, 'nissan-one' as program_code, 1 as program_version, '3127' as dealer_code,
    date '2020-01-01' as from_date, null::date as to_date
from (values ('north'), ('south')) t(rooftop_id);

create table compiled_program_periods as
from (values
    ('nissan-one', 1, '2025-07', date '2025-07-01', date '2025-07-31'),
    ('nissan-one', 1, '2025-08', date '2025-08-01', date '2025-08-31')
) t(program_code, program_version, period_code, period_start_date, period_end_date);

create table compiled_programs as
select 'nissan-one' as program_code, 1 as program_version, date '2019-12-01' as announced_date,
    date '2020-01-01' as effective_date;

create table compiled_elements as
from (values ('nissan-one', 1, 'volume'), ('nissan-one', 1, 'certified'))
t(program_code, program_version, element_code);

create table w.marts.dim_element as
select program_code, program_version, element_code, true as is_volume, true as counts_equal_pays,
    case when element_code = 'certified' then 'score' else 'objective' end as target_kind
from compiled_elements;

create table w.marts.fct_element_standing as
select r.rooftop_id, 'nissan-one' as program_code, e.element_code, p.period_code,
    1 as program_version, 10 as reported_units, 2 as pending_units, 10 as paid_units,
    1 as tier_number, 3 as tier_count, 'ok' as standing_state,
    1000.00::decimal(14, 2) as amount_before_gates, 700.00::decimal(14, 2) as amount_earned,
    100.00::decimal(14, 2) as amount_held, 800.00::decimal(14, 2) as amount_with_pending,
    100.00::decimal(14, 2) as amount_forfeited,
    60.00::decimal(14, 2) as amount_deducted, 40.00::decimal(14, 2) as amount_capped
from (values ('north'), ('south')) r(rooftop_id)
cross join compiled_elements e
cross join compiled_program_periods p;

create table w.marts.fct_program_standing as
select rooftop_id, program_code, period_code, 1 as program_version,
    p.period_start_date, p.period_end_date, period_code = '2025-08' as is_open,
    'ok' as standing_state, 'met' as gate_state,
    27 as selling_days_total, 12 as selling_days_elapsed, 15 as selling_days_left,
    sum(amount_before_gates)::decimal(14, 2) as amount_before_gates,
    sum(amount_earned)::decimal(14, 2) as amount_earned,
    sum(amount_held)::decimal(14, 2) as amount_held,
    sum(amount_forfeited)::decimal(14, 2) as amount_forfeited,
    sum(amount_deducted)::decimal(14, 2) as amount_deducted,
    sum(amount_capped)::decimal(14, 2) as amount_capped
from w.marts.fct_element_standing
join compiled_program_periods p using (program_code, program_version, period_code)
group by all;

-- A month earned back later.
create table w.marts.fct_program_adjustment as
select 'north' as rooftop_id, 'nissan-one' as program_code, '2025-07' as period_code,
    200.00::decimal(14, 2) as amount_earned, 50.00::decimal(14, 2) as amount_held;

create table settled_periods as
select rooftop_id, program_code, period_code, amount_earned as alone_earned_amount,
    amount_held as alone_held_amount, (amount_earned + amount_held)::decimal(14, 2)
        as alone_with_pending_amount
from w.marts.fct_program_standing where rooftop_id = 'north';

alter table w.marts.fct_program_standing add column amount_adjusted decimal(14, 2) default 0;
update w.marts.fct_program_standing set amount_earned = amount_earned + 200,
    amount_held = amount_held + 50, amount_adjusted = 250
where rooftop_id = 'north' and period_code = '2025-07';

create table w.marts.fct_counted_unit as
select rooftop_id, program_code, period_code, printf('VIN%06d', i) as vin, 'reported' as count_state,
    1 as program_version, 0 as reversed_units, null::varchar as reversed_unit_class_id,
    true as is_counted, 'volume,certified' as counted_element_codes, 'counted' as reason_code,
    'deals.csv' as source_file, i as source_row, period_start_date, period_end_date,
    period_start_date + i::int as counting_date
from w.marts.fct_program_standing
cross join range(0, 10) t(i);

create schema w.intermediate;

create table w.intermediate.int_sales as
select 'north' as rooftop_id, '3127' as dealer_code, date '2025-08-05' as rdr_counting_date;

create table w.intermediate.int_class_memberships as
select 'new' as unit_class_id, 'nissan-one' as program_code, 1 as program_version,
    'volume,certified' as counted_element_codes;

create table w.marts.fct_standing_daily as
select rooftop_id, program_code, element_code, period_code, d::date as date,
    case when d = date '2025-08-15' then 10 else 5 end as reported_units,
    case when d = date '2025-08-15' then 700.00 else 0 end::decimal(14, 2) as amount_earned
from w.marts.fct_element_standing, range(date '2025-08-01', date '2025-08-16', interval 1 day) t(d)
where period_code = '2025-08';

create table w.marts.fct_ladder_segment as
select rooftop_id, program_code, element_code, period_code, segment_number, from_units, to_units,
    t.tier_number
from w.marts.fct_element_standing
cross join (values (1, 0, 9, 0), (2, 9, 10, 1), (3, 10, null, 2))
    t(segment_number, from_units, to_units, tier_number)
order by all;

create table w.marts.fct_gap as
select 'gap-' || i as gap_id, 'north' as rooftop_id, 'warning' as severity,
    100.00::decimal(14, 2) as amount_at_risk
from range(0, 5) t(i);

create table w.marts.fct_feed_health as
select 'feed-' || i as feed_id, 'fresh' as feed_state from range(0, 5) t(i);

create table w.marts.fct_gate as
select rooftop_id, program_code, element_code, period_code, 'csi' as gate_code,
    1 as conjunct_number, 1 as leaf_number
from w.marts.fct_element_standing;

create table fct_forecast as
select rooftop_id, program_code, element_code, period_code, date '2025-08-15' as as_of_date,
    12 as units_to_date,
    14 as low_95_units, 16 as low_80_units, 20 as median_units, 24 as high_80_units,
    28 as high_95_units, 20.5 as expected_units, 0.8::double as chance_any_tier,
    1200.00::decimal(14, 2) as expected_amount, 300.00::decimal(14, 2) as expected_held_amount,
    1600.00::decimal(14, 2) as expected_before_gates_amount, 0.75::double as chance_gates_met,
    date '2025-08-20' as decided_by_date, 900 as history_days
from w.marts.fct_element_standing where period_code = '2025-08';

-- Without an objective there is no money, and nothing to decide.
update fct_forecast set expected_amount = null, expected_held_amount = null,
    expected_before_gates_amount = null, decided_by_date = null
where rooftop_id = 'south';

create table fct_forecast_tier as
select rooftop_id, program_code, element_code, period_code, tier_number,
    0.9::double - tier_number * 0.1::double as chance,
    0.6::double - tier_number * 0.1::double as chance_with_gates,
    0.8::double - tier_number * 0.1::double as chance_without_pending
from fct_forecast cross join (values (1), (2), (3)) t(tier_number);

create table fct_forecast_gate as
select rooftop_id, program_code, element_code, period_code, 'csi' as gate_code,
    1 as conjunct_number, 1 as leaf_number, 0.75::double as chance_gate_met,
    0.75::double as chance_leaf_met, [3, 0, 3, 3]::tinyint[] as gate_states
from fct_forecast;

create table fct_forecast_score_tier as
select rooftop_id, program_code, element_code, period_code, tier_number,
    1.0::double - tier_number * 0.25::double as chance, [0, 1, 1, 2]::tinyint[] as tier_numbers
from fct_forecast cross join (values (1), (2)) t(tier_number)
where element_code = 'certified';

update fct_forecast_score_tier set chance = 0.25 where tier_number = 2;

create table fct_forecast_day as
select rooftop_id, program_code, element_code, period_code, d::date as date,
    12.0 + day(d::date) / 10 as expected_units, 11 as low_80_units, 12 as median_units,
    14 as high_80_units, 0.9::double as sureness
from fct_forecast, range(date '2025-08-15', date '2025-08-18', interval 1 day) t(d);

create table fct_forecast_program as
select rooftop_id, program_code, period_code, date '2025-08-15' as as_of_date,
    1200.00::decimal(14, 2) as expected_amount, 0.00::decimal(14, 2) as low_95_amount,
    0.00::decimal(14, 2) as low_80_amount, 1000.00::decimal(14, 2) as median_amount,
    2600.00::decimal(14, 2) as high_80_amount, 2600.00::decimal(14, 2) as high_95_amount,
    0.67::double as chance_any_amount, 300.00::decimal(14, 2) as expected_held_amount,
    (amount_earned + amount_held)::decimal(14, 2) as amount_so_far,
    null::varchar as left_out_note, [0, 100000, 260000]::bigint[] as amount_cents
from w.marts.fct_program_standing where period_code = '2025-08';

create table fct_forecast_rooftop as
select * exclude (program_code, period_code) from fct_forecast_program;

create table fct_forecast_group as
select as_of_date, sum(expected_amount)::decimal(14, 2) as expected_amount,
    sum(low_95_amount)::decimal(14, 2) as low_95_amount,
    sum(low_80_amount)::decimal(14, 2) as low_80_amount,
    sum(median_amount)::decimal(14, 2) as median_amount,
    sum(high_80_amount)::decimal(14, 2) as high_80_amount,
    sum(high_95_amount)::decimal(14, 2) as high_95_amount,
    max(chance_any_amount) as chance_any_amount,
    sum(expected_held_amount)::decimal(14, 2) as expected_held_amount,
    [sum(amount_cents[1]), sum(amount_cents[2]), sum(amount_cents[3])]::bigint[] as amount_cents
from fct_forecast_rooftop group by as_of_date;

create table fct_forecast_sample as
select rooftop_id, 'nissan' as segment_code, date '2025-08-31' as period_end_date,
    [3, 4, 5]::integer[] as remaining_units
from (values ('north'), ('south')) t(rooftop_id);
