-- The spans day by day, so that a sale finds its period by equality on its date and not by a range over every
-- period of every program.
with spans as (

    select * from {{ ref('int_enrolled_spans') }}

)

select
    spans.rooftop_id,
    spans.dealer_code,
    spans.oem_code,
    spans.program_code,
    spans.program_version,
    spans.period_code,
    spans.basis,
    days.date_day
from {{ ref('int_days') }} as days
inner join spans
    on days.date_day between spans.span_start_date and spans.span_end_date
