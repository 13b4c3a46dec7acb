-- Units and MSRP of each element: cars are first counted by class, then classes are shared out to elements, so no
-- car is repeated per element. Unwinds that land in the period take a unit back.
with standing_classes as (

    select
        rooftop_id,
        program_code,
        program_version,
        period_code,
        unit_class_id,
        sum(case when count_state = 'reported' then 1 else 0 end) as reported_units,
        sum(case when count_state = 'pending' then 1 else 0 end) as pending_units,
        sum(case when count_state = 'reported' and has_open_recall then 1 else 0 end) as open_recall_units,
        sum(case when count_state = 'pending' and has_open_recall then 1 else 0 end) as pending_open_recall_units,
        sum(case when count_state = 'reported' then coalesce(msrp_amount, 0) else 0 end) as reported_msrp_amount,
        sum(case when count_state = 'pending' then coalesce(msrp_amount, 0) else 0 end) as pending_msrp_amount
    from {{ ref('fct_counted_unit') }}
    where count_state in ('reported', 'pending')
    group by rooftop_id, program_code, program_version, period_code, unit_class_id

),

classes_taken_back as (

    select
        rooftop_id,
        program_code,
        program_version,
        period_code,
        reversed_unit_class_id as unit_class_id,
        -1 * sum(reversed_units) as reported_units,
        0 as pending_units,
        0 as open_recall_units,
        0 as pending_open_recall_units,
        -1 * sum(reversed_msrp_amount) as reported_msrp_amount,
        0 as pending_msrp_amount
    from {{ ref('fct_counted_unit') }}
    where reversed_units > 0
    group by rooftop_id, program_code, program_version, period_code, reversed_unit_class_id

),

class_counts as (

    select * from standing_classes
    union all
    select * from classes_taken_back

)

select
    class_counts.rooftop_id,
    class_counts.program_code,
    class_counts.period_code,
    memberships.element_code,
    sum(case when memberships.is_counted then class_counts.reported_units else 0 end) as reported_units,
    sum(case when memberships.is_counted then class_counts.pending_units else 0 end) as pending_units,
    sum(case when memberships.is_counted then class_counts.open_recall_units else 0 end) as open_recall_units,
    sum(case when memberships.is_counted then class_counts.pending_open_recall_units else 0 end)
        as pending_open_recall_units,
    sum(case when memberships.is_paid then class_counts.reported_units else 0 end) as paid_units,
    sum(case when memberships.is_paid then class_counts.pending_units else 0 end) as pending_paid_units,
    sum(case when memberships.is_paid then class_counts.reported_msrp_amount else 0 end) as paid_msrp_amount,
    sum(case when memberships.is_paid then class_counts.pending_msrp_amount else 0 end)
        as pending_paid_msrp_amount
from class_counts
inner join {{ source('compiled', 'memberships') }} as memberships
    on
        class_counts.unit_class_id = memberships.unit_class_id
        and class_counts.program_code = memberships.program_code
        and class_counts.program_version = memberships.program_version
where memberships.is_counted or memberships.is_paid
group by
    class_counts.rooftop_id,
    class_counts.program_code,
    class_counts.period_code,
    memberships.element_code
