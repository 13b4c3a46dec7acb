"""What scenarios and plans ask of the published file.

Here: SQL alone; `$rooftops` and `$as_of` are given by reading.py, which makes values of the rows
and needs `rooftop_id` in each. The same units are counted as in the forecast's own queries
(forecasting/marts.py).
"""

from __future__ import annotations

# How far back a unit's usual MSRP looks, as the forecast's does.
MSRP_DAYS = 365
# A quarter and a bit: enough deals of a model line to know its gross, few enough to be of today.
RECENT_DAYS = 120

GROSS = """
select rooftop_id, make, model, stock_type, front_gross_amount
from fct_retail_gross
where rooftop_id = any($rooftops)
order by all
"""

STANDINGS = """
select
    standing.rooftop_id, standing.program_code, standing.period_code, standing.element_code,
    standing.pending_units, period.period_end_date, period.selling_days_left
from fct_element_standing as standing
inner join fct_program_standing as period using (rooftop_id, program_code, period_code)
left join dim_element as element
    on standing.program_code = element.program_code
    and standing.program_version = element.program_version
    and standing.element_code = element.element_code
where standing.rooftop_id = any($rooftops) and period.is_open
    and standing.standing_state <> 'not_enrolled'
order by
    period.period_end_date, standing.program_code, standing.period_code,
    coalesce(element.element_order, 0), standing.element_code
"""

MEMBERS = """
select period.rooftop_id, member.segment_code, member.program_code, member.element_code,
    bool_or(member.is_counted) as is_counted, bool_or(member.is_paid) as is_paid
from dim_segment_membership as member
inner join fct_program_standing as period using (program_code, program_version)
where period.rooftop_id = any($rooftops) and period.is_open
    and period.standing_state <> 'not_enrolled'
group by all
having is_counted or is_paid
order by all
"""

GATES = """
select gate.*
from fct_gate as gate
inner join fct_program_standing as period using (rooftop_id, program_code, period_code)
where gate.rooftop_id = any($rooftops) and period.is_open
order by element_code, gate_code, conjunct_number, leaf_number
"""

PENDING = """
select
    unit.rooftop_id, unit.program_code, unit.period_code, member.element_code,
    count(*) as pending_paid_units,
    coalesce(sum(unit.msrp_amount), 0.00) as pending_paid_msrp_amount
from fct_counted_unit as unit
inner join dim_segment_membership as member
    using (segment_code, program_code, program_version)
where unit.rooftop_id = any($rooftops) and unit.count_state = 'pending' and member.is_paid
group by all
"""

PROGRAM_MSRP = """
select
    unit.rooftop_id, unit.program_code, unit.period_code,
    sum(unit.msrp_amount) as paid_msrp_amount,
    sum(unit.msrp_amount) filter (unit.count_state = 'reported') as reported_msrp_amount
from fct_counted_unit as unit
where unit.rooftop_id = any($rooftops) and unit.count_state in ('pending', 'reported')
    and exists (
        select 1 from dim_segment_membership as member
        where member.segment_code = unit.segment_code
            and member.program_code = unit.program_code
            and member.program_version = unit.program_version
            and member.is_paid
    )
group by all
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

DRAWS = """
select rooftop_id, segment_code, period_end_date, remaining_units
from fct_forecast_sample
where rooftop_id = any($rooftops)
order by rooftop_id, segment_code, period_end_date
"""

FALLBACKS = """
select forecast.rooftop_id, forecast.program_code, forecast.period_code, forecast.element_code,
    forecast.fallback_note
from fct_forecast as forecast
inner join fct_program_standing as period using (rooftop_id, program_code, period_code)
where forecast.rooftop_id = any($rooftops) and period.is_open
    and forecast.fallback_note is not null
order by all
"""

ROOFTOPS = "select rooftop_id, makes from dim_rooftop where rooftop_id = any($rooftops)"

STOCK = f"""
select rooftop_id, make, model, trim, model_year, powertrain, stock_type, segment_code,
    count(*) filter (is_sold) as sold_units,
    count(*) filter (is_on_ground) as on_ground_units,
    list(expected_date) filter (expected_date is not null) as arriving_dates,
    count(msrp_amount) as priced_units,
    sum(msrp_amount) as msrp_amount
from (
    select distinct rooftop_id, vin, make, model, trim, model_year, powertrain, stock_type,
        segment_code, msrp_amount, true as is_sold, false as is_on_ground,
        null::date as expected_date
    from fct_counted_unit
    where rooftop_id = any($rooftops) and sale_type = 'retail' and (is_counted or is_pending)
        and counting_date > $as_of::date - {RECENT_DAYS}
    union all
    select rooftop_id, vin, make, model, trim, model_year, null, stock_type, segment_code,
        msrp_amount, false, inventory_status = 'on_ground',
        case when inventory_status = 'in_transit' then expected_date end
    from fct_inventory
    where rooftop_id = any($rooftops)
)
group by all
order by all
"""

REJECTED = """
select distinct unit.rooftop_id, unit.vin, unit.make, unit.model, unit.segment_code,
    unit.msrp_amount, unit.delivery_date, unit.program_code
from fct_counted_unit as unit
inner join fct_program_standing as period using (rooftop_id, program_code, period_code)
where unit.rooftop_id = any($rooftops) and period.is_open and unit.reason_code = 'rdr_rejected'
    and unit.delivery_date is not null
order by unit.rooftop_id, unit.vin, unit.program_code
"""
