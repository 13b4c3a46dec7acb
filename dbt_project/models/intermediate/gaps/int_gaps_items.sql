{{ config(materialized='view') }}
-- Training, facility and digital items that are open: those that a gate of an open period asks for, with the money
-- behind that gate, and those that no gate asks for and that fall due within the look-back, as information.
with gated_amounts as (

    select
        leaves.rooftop_id,
        leaves.program_code,
        leaves.period_code,
        leaves.item_key,
        leaves.due,
        sum(standings.amount_forfeited + standings.amount_held) as gated_amount
    from (
        select distinct
            rooftop_id,
            program_code,
            period_code,
            element_code,
            coalesce(item_code, item_type) as item_key,
            due
        from {{ ref('int_gate_states') }}
        where
            is_open
            and metric_source = 'compliance_items'
            and effect <> 'waive'
            and gate_state_rank < {{ state_rank('met') }}
    ) as leaves
    inner join {{ ref('fct_element_standing') }} as standings
        on
            leaves.rooftop_id = standings.rooftop_id
            and leaves.program_code = standings.program_code
            and leaves.element_code = standings.element_code
            and leaves.period_code = standings.period_code
    group by leaves.rooftop_id, leaves.program_code, leaves.period_code, leaves.item_key, leaves.due

),

-- An item may be asked for by its type and by its code, or by two dates: it is one gap, at the most money and the
-- first day.
gated_items as (

    select
        items.rooftop_id,
        items.program_code,
        items.period_code,
        items.item_code,
        items.item_type,
        items.item_name,
        min(items.deadline_date) as deadline_date,
        items.source_file,
        items.source_row,
        max(gated_amounts.gated_amount) as gated_amount
    from {{ ref('int_gate_items') }} as items
    inner join gated_amounts
        on
            items.rooftop_id = gated_amounts.rooftop_id
            and items.program_code = gated_amounts.program_code
            and items.period_code = gated_amounts.period_code
            and items.item_key = gated_amounts.item_key
            and items.due = gated_amounts.due
    where items.is_of_period and items.completed_date is null
    group by
        items.rooftop_id,
        items.program_code,
        items.period_code,
        items.item_code,
        items.item_type,
        items.item_name,
        items.source_file,
        items.source_row

),

gated_codes as (

    select distinct
        rooftop_id,
        item_code
    from gated_items

),

ungated_items as (

    select
        dealer_codes.rooftop_id,
        items.program_code,
        cast(null as varchar) as period_code,
        items.item_code,
        items.item_type,
        items.item_name,
        items.due_date as deadline_date,
        items.source_file,
        items.source_row,
        0 as gated_amount
    from {{ ref('int_compliance_items_latest') }} as items
    inner join {{ ref('int_dealer_codes') }} as dealer_codes
        on
            items.oem_code = dealer_codes.oem_code
            and items.dealer_code = dealer_codes.dealer_code
            and {{ as_of_date() }} between dealer_codes.from_date and dealer_codes.to_date
    left join gated_codes as gated
        on
            dealer_codes.rooftop_id = gated.rooftop_id
            and items.item_code = gated.item_code
    where
        gated.item_code is null
        and items.completed_date is null
        and abs({{ dbt.datediff(as_of_date(), "items.due_date", "day") }}) <= {{ var('gap_look_back_days') }}

),

items as (

    select * from gated_items
    union all
    select * from ungated_items

)

select
    'item_due' as gap_code,
    rooftop_id,
    program_code,
    period_code,
    item_code as gap_key,
    case when period_code is null then 'info' else {{ gap_severity("deadline_date") }} end as severity,
    'Due ' || deadline_date || ': ' || item_name as title,
    case
        when period_code is null then 'No gate of an open period asks for this ' || item_type || ' item.'
        else 'A gate asks for this ' || item_type || ' item.'
    end as detail,
    cast(gated_amount as decimal(14, 2)) as amount_at_risk,
    deadline_date as last_day_date,
    cast(null as varchar) as vin,
    item_code,
    item_type || ' item ' || item_code || ' is not complete as of ' || {{ as_of_date() }} as evidence_text,
    source_file,
    source_row
from items
