{{ landed_rows('portal/official_standings', [
    'oem_code',
    'dealer_code',
    'program_code',
    'element_code',
    'period_code',
    'as_of_date',
    'official_units',
    'official_amount',
]) }}
