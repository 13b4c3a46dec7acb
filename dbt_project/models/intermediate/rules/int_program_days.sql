-- The periods day by day, so that a sale finds its periods by equality on its date and not by a range over every period
-- of every program; with what the period says of its sales.
select
    periods.program_code,
    periods.program_version,
    periods.period_code,
    periods.period_start_date,
    periods.period_end_date,
    periods.report_deadline_date,
    periods.report_days_after_sale,
    periods.unwind_lands,
    periods.bulletin_number,
    periods.oem_code,
    periods.basis,
    days.date_day
from {{ ref('int_days') }} as days
inner join {{ ref('int_program_periods_in_force') }} as periods
    on days.date_day between periods.period_start_date and periods.period_end_date
