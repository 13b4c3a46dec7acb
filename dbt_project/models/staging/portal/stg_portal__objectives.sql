{{ landed_rows('portal/objectives', [
    'oem_code',
    'dealer_code',
    'program_code',
    'element_code',
    'period_code',
    'objective_units',
    'announced_date',
    'effective_date',
    'row_updated_at',
]) }}
