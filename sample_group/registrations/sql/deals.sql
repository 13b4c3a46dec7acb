-- A row a registration of those pairs, numbered, with a VIN of its own whose check digit is valid.
create table deals as
with
numbered as (
    select
        registrations.*,
        dealer_code,
        rooftop_id,
        row_number() over (order by date_reg, dealer_code, model, type, fuel) as serial
    from registrations
    inner join pairs using (state, maker)
),

split as (
    select
        *,
        lpad((serial // 1000000)::varchar, 5, '0') as high,
        lpad((serial % 1000000)::varchar, 6, '0') as low
    from numbered
)

select
    date_reg,
    dealer_code,
    rooftop_id,
    maker,
    model,
    year(date_reg) as model_year,
    serial,
    case
        when fuel = 'electric' then 'Electric'
        when fuel like 'hybrid%' then 'Hybrid'
        when fuel like '%diesel' then 'Diesel'
        else 'Gas'
    end as powertrain,
    (15000 + serial % 40000)::decimal(14, 2) as msrp_amount,
    'MLY' || high || substr('0123456789X', ({check_sum}) % 11 + 1, 1) || 'PA' || low as vin
from split
