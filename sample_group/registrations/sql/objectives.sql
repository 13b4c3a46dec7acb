-- Each quarter's objective: the same quarter a year earlier, announced on the quarter's first day.
with
quarters as (
    select
        dealer_code,
        year(date_reg) + 1 as objective_year,
        quarter(date_reg) as objective_quarter,
        count(*) as units
    from deals
    where date_reg < date '2023-01-01'
    group by all
),

announced as (
    select
        *,
        strftime(make_date(objective_year, objective_quarter * 3 - 2, 1), '%Y-%m-%d') as first_day
    from quarters
)

select
    '{oem}' as "OEM",
    dealer_code as "Dealer Code",
    'nissan-rule' as "Program",
    'volume' as "Element",
    objective_year || '-Q' || objective_quarter as "Period",
    units as "Objective",
    first_day as "Announced",
    first_day as "Effective",
    first_day || ' 06:00:00' as "Updated At"
from announced
order by dealer_code, "Period"
