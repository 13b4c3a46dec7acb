-- How many of the cars that a program counts or pays were reported within so many days of their sale, for gates on
-- timely reports.
with questions as (

    select distinct
        rooftop_id,
        program_code,
        period_code,
        within_days
    from {{ ref('int_gate_leaves') }}
    where metric_source = 'rdr_timeliness'

)

select
    questions.rooftop_id,
    questions.program_code,
    questions.period_code,
    questions.within_days,
    count(*) as unit_count,
    sum(
        case
            when {{ dbt.datediff("units.sale_date", "units.accepted_date", "day") }} <= questions.within_days then 1
            else 0
        end
    ) as timely_count,
    max(units.accepted_date) as last_accepted_date
from questions
inner join {{ ref('fct_counted_unit') }} as units
    on
        questions.rooftop_id = units.rooftop_id
        and questions.program_code = units.program_code
        and questions.period_code = units.period_code
where units.is_counted or units.is_paid
group by questions.rooftop_id, questions.program_code, questions.period_code, questions.within_days
