-- Every rooftop × program × period enrolled, once. Where a rooftop has two dealer codes in one period, objective,
-- statements and official counts are those of the code it enrolled last.
with spans as (

    select
        *,
        row_number() over (
            partition by rooftop_id, program_code, period_code
            order by span_end_date desc, span_start_date desc, dealer_code
        ) as span_number
    from {{ ref('int_enrolled_spans') }}

)

select
    spans.rooftop_id,
    spans.dealer_code,
    periods.*
from spans
inner join {{ ref('int_program_periods_in_force') }} as periods
    on
        spans.program_code = periods.program_code
        and spans.period_code = periods.period_code
where spans.span_number = 1
