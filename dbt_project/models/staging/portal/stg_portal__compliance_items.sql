{{ landed_rows('portal/compliance_items', [
    'oem_code',
    'dealer_code',
    'program_code',
    'item_code',
    'item_type',
    'item_name',
    'due_date',
    'completed_date',
    'row_updated_at',
]) }}
