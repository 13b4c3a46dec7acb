-- Every distinct kind of unit that a feed has named: rules look at these seven and no more.
select
    unit_class_id,
    make,
    model,
    trim,
    cast(model_year as integer) as model_year,
    powertrain,
    stock_type,
    sale_type
from {{ ref('int_unit_classes') }}
