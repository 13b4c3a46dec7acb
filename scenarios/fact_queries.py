"""What a scenario asks of the published file: SQL alone. `$rooftops` and `$as_of` are given by
facts.py, which makes values of the rows."""

from __future__ import annotations

from scenarios.queries import MSRP_DAYS, RECENT_DAYS

ROOFTOPS = "select rooftop_id, rooftop_name, is_open_sundays from dim_rooftop"
DOCUMENTS = "select kind, file, text from rule_document order by kind, file"

PERIODS = """
select period.*, program.oem_code
from fct_program_standing as period
left join dim_program as program using (program_code, program_version)
where period.rooftop_id = any($rooftops) and period.is_open
    and period.standing_state <> 'not_enrolled'
order by period.period_end_date, period.program_code, period.period_code
"""

# Reported and pending cars of open periods, and sales of earlier periods taken back in them; also
# those whose class the present rules leave out: other rules may not.
CARS = """
with unit as (
    select counted.*
    from fct_counted_unit as counted
    inner join fct_program_standing as period using (rooftop_id, program_code, period_code)
    where counted.rooftop_id = any($rooftops) and period.is_open
)
select
    rooftop_id, program_code, period_code, counting_date, vin, make, model, trim, model_year,
    powertrain, stock_type, sale_type, msrp_amount, has_open_recall, 1 as units, sale_date,
    coalesce(date_diff('day', sale_date, accepted_date), 0) as reported_days,
    case when count_state = 'pending' then 'pending' else 'reported' end as state
from unit
where count_state in ('reported', 'pending')
    or (rdr_status = 'accepted' and (reason_code like 'wrong\\_%' escape '\\'
        or reason_code = 'not_counted'))
union all
select
    rooftop_id, program_code, period_code, reversed_date, vin, class.make, class.model, class.trim,
    class.model_year, class.powertrain, class.stock_type, class.sale_type, -reversed_msrp_amount,
    false, -1, reversed_date, 0, 'reported'
from unit
inner join dim_unit_class as class on unit.reversed_unit_class_id = class.unit_class_id
where reversed_units > 0
order by all
"""

TARGETS = """
select rooftop_id, program_code, period_code, element_code, objective_units, base_units,
    cap_base_units, score_measured, score_measured_of, score_sample_count
from fct_element_standing
where rooftop_id = any($rooftops)
"""

READINGS = """
select
    rooftop_id, program_code, period_code, metric_source, metric_code,
    max(measured) as measured,
    max(measured_of) as measured_of,
    max(sample_count) as sample_count,
    max(threshold_value) filter (threshold_kind = 'region_average') as region_average,
    max(threshold_value) filter (threshold_kind = 'national_average') as national_average
from fct_gate
where rooftop_id = any($rooftops) and measured is not null
    and metric_source in ('csi_score', 'survey_average', 'rdr_timeliness')
group by all
order by all
"""

ITEMS = """
select distinct rooftop_id, program_code, period_code, coalesce(item_code, metric_code) as item,
    leaf_state as state
from fct_gate
where rooftop_id = any($rooftops) and metric_source = 'compliance_items'
order by all
"""

SURVEY_SUMS = """
select distinct rooftop_id, program_code, period_code, metric_code, measured as score_sum
from fct_gate
where rooftop_id = any($rooftops) and metric_source = 'survey_average'
order by all
"""

DRAWS = """
select rooftop_id, segment_code, period_end_date, remaining_units
from fct_forecast_sample
where rooftop_id = any($rooftops)
order by rooftop_id, segment_code, period_end_date
"""

GATE_DRAWS = """
select distinct rooftop_id, program_code, period_code, element_code, gate_code, gate_states
from fct_forecast_gate
where rooftop_id = any($rooftops) and gate_states is not null
order by all
"""

# The as-of date's own units, which the forecast draws again.
TODAY = """
select rooftop_id, program_code, period_code, segment_code, count(*) as units
from fct_counted_unit
where rooftop_id = any($rooftops) and count_state in ('pending', 'reported')
    and counting_date = $as_of
group by all
order by all
"""

TIER_DRAWS = """
select distinct rooftop_id, program_code, period_code, element_code, tier_numbers
from fct_forecast_score_tier
where rooftop_id = any($rooftops)
order by all
"""

MEMBERS = """
select program_code, program_version, element_code, segment_code, is_counted, is_paid,
    pay_group_code
from dim_segment_membership
order by all
"""

# What open periods are settled with where rules reach over several, the open one last.
ACROSS = """
select rooftop_id, program_code, period_code, counted_version, counted
from fct_forecast_across
where rooftop_id = any($rooftops)
order by all
"""

# A row of each rooftop and segment, and one of the whole group (rooftop_id null).
SEGMENT_MSRP = f"""
select rooftop_id, segment_code, sum(msrp_amount) as msrp, sum(eligible_units) as units
from fct_daily_units
where counting_date <= $as_of and counting_date > $as_of::date - {MSRP_DAYS}
    and msrp_amount > 0 and eligible_units > 0
group by grouping sets ((rooftop_id, segment_code), (segment_code))
having rooftop_id is null or rooftop_id = any($rooftops)
"""

SEGMENT_UNITS = """
select segment_code, make, model, trim, model_year, powertrain, stock_type, sale_type
from fct_counted_unit
where segment_code is not null
group by segment_code, make, model, trim, model_year, powertrain, stock_type, sale_type
qualify row_number() over (
    partition by segment_code
    order by count(*) desc, make, model, trim, model_year, powertrain, stock_type, sale_type
) = 1
"""

CLASSES = f"""
select rooftop_id, make, model, trim, model_year, powertrain, stock_type, sale_type, segment_code,
    count(*) filter (is_sold) as sold_units,
    count(*) filter (not is_sold) as on_ground_units,
    count(msrp_amount) as priced_units,
    sum(msrp_amount) as msrp_amount
from (
    select distinct rooftop_id, vin, make, model, trim, model_year, powertrain, stock_type,
        sale_type, segment_code, msrp_amount, true as is_sold
    from fct_counted_unit
    where rooftop_id = any($rooftops) and (is_counted or is_pending or is_paid)
        and counting_date > $as_of::date - {RECENT_DAYS}
    union all
    select rooftop_id, vin, make, model, trim, model_year, powertrain, stock_type, 'retail',
        segment_code, msrp_amount, false
    from fct_inventory
    where rooftop_id = any($rooftops) and inventory_status = 'on_ground'
)
group by all
order by all
"""
