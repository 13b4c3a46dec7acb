-- Every distinct kind of unit seen in deals, RDRs, shipments and inventory. Count and pay filters are evaluated once
-- per class, so facts join rules by one id. A car in stock is classed as if sold at retail.
with sold_classes as (

    select distinct
        unit_class_id, make, model, trim, model_year, powertrain, stock_type, sale_type
    from {{ ref('int_deals_latest') }}

),

reported_classes as (

    select distinct
        unit_class_id, make, model, trim, model_year, powertrain, stock_type, sale_type
    from {{ ref('int_rdrs_current') }}

),

shipped_classes as (

    select distinct
        unit_class_id, make, model, trim, model_year, powertrain, stock_type, sale_type
    from {{ ref('int_shipments_latest') }}

),

stocked_classes as (

    select distinct
        unit_class_id,
        make,
        model,
        trim,
        model_year,
        powertrain,
        stock_type,
        'retail' as sale_type
    from {{ ref('int_inventory_latest') }}

)

select * from sold_classes
union
select * from reported_classes
union
select * from shipped_classes
union
select * from stocked_classes
