-- The periods day by day, so that a sale finds its periods by equality on its date and not by a range over every period
-- of every program.
select
    periods.program_code,
    periods.program_version,
    periods.period_code,
    periods.oem_code,
    periods.basis,
    days.date_day
from {{ ref('int_days') }} as days
inner join {{ ref('int_program_periods_in_force') }} as periods
    on days.date_day between periods.period_start_date and periods.period_end_date
