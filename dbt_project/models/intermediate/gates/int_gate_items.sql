-- The items that a leaf asks about in a period, all of a type or the one of a code (`item_key`): due by its end,
-- and not complete before its start. Each is met, not met, or has still time; `is_of_period` false keeps the others, as
-- items known at all differ from none known.
with item_leaves as (

    select distinct
        rooftop_id,
        oem_code,
        dealer_code,
        program_code,
        period_code,
        period_start_date,
        period_end_date,
        item_type as asked_type,
        item_code as asked_code,
        coalesce(item_code, item_type) as item_key,
        due
    from {{ ref('int_gate_leaves') }}
    where metric_source = 'compliance_items'

),

items_of_leaves as (

    select
        leaves.*,
        items.item_code,
        items.item_type,
        items.item_name,
        items.due_date,
        items.completed_date,
        items.source_file,
        items.source_row,
        coalesce(items.due_date, leaves.period_end_date) <= leaves.period_end_date
        and coalesce(items.completed_date, leaves.period_end_date) >= leaves.period_start_date as is_of_period,
        case
            when leaves.due = 'item_due' then coalesce(items.due_date, leaves.period_end_date)
            else leaves.period_end_date
        end as deadline_date
    from item_leaves as leaves
    inner join {{ ref('int_compliance_items_latest') }} as items
        on
            leaves.oem_code = items.oem_code
            and leaves.dealer_code = items.dealer_code
            and (leaves.asked_code = items.item_code or leaves.asked_type = items.item_type)
            and leaves.program_code = coalesce(items.program_code, leaves.program_code)

)

select
    *,
    case
        when completed_date <= deadline_date then {{ state_rank('met') }}
        when completed_date > deadline_date then {{ state_rank('not_met') }}
        when {{ as_of_date() }} <= deadline_date then {{ state_rank('too_early') }}
        else {{ state_rank('not_met') }}
    end as item_state_rank
from items_of_leaves
