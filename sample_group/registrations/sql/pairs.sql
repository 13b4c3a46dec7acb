-- The largest office × maker pairs: a row a rooftop.
create table pairs as
select
    state,
    maker,
    count(*) as registrations,
    (11000 + row_number() over (order by count(*) desc, state, maker))::varchar as dealer_code,
    trim(regexp_replace(lower(state || '-' || maker), '[^a-z0-9]+', '-', 'g'), '-') as rooftop_id
from registrations
group by state, maker
order by count(*) desc, state, maker
limit {rooftops}
