-- Which segments' units count and are paid in which elements: what one more unit of a segment would move.
select
    segment_code,
    program_code,
    program_version,
    element_code,
    is_counted,
    is_paid,
    pay_group_code
from {{ source('compiled', 'segment_memberships') }}
