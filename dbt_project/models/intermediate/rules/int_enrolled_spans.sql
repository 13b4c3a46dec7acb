-- The days of a period on which a rooftop is enrolled under a dealer code. A rooftop that joins or leaves in the
-- middle, or a code that changes owner, has a part of the period only.
with periods as (

    select * from {{ ref('int_program_periods_in_force') }}

),

enrolments as (

    select * from {{ source('compiled', 'enrolments') }}

)

select
    enrolments.rooftop_id,
    enrolments.dealer_code,
    enrolments.from_date,
    periods.program_code,
    periods.program_version,
    periods.period_code,
    periods.oem_code,
    periods.basis,
    greatest(periods.period_start_date, coalesce(enrolments.from_date, periods.period_start_date))
        as span_start_date,
    least(periods.period_end_date, coalesce(enrolments.to_date, periods.period_end_date)) as span_end_date
from enrolments
inner join periods
    on
        enrolments.program_code = periods.program_code
        and enrolments.program_version = periods.program_version
        and coalesce(enrolments.from_date, periods.period_end_date) <= periods.period_end_date
        and coalesce(enrolments.to_date, periods.period_start_date) >= periods.period_start_date
