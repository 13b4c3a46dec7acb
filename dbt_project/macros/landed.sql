{#-
Rows of one landed kind as of the moment of knowledge: only rows of files in the ledger, each with the
moment its content first became known (the same content sent twice is one file, known since the first).
`columns` are the kind's business columns; the row's evidence is added.
-#}
{% macro landed_rows(source_kind, columns) %}
    {% set folder, kind = source_kind.split('/') %}

    with landed as (

        select * from {{ source('landed_' ~ folder, kind) }}

    ),

    known_contents as (

        select * from {{ ref('stg_landing__contents') }}
        where source_kind = '{{ source_kind }}'

    )

    select
        {% for column in columns %}
            landed.{{ column }},
        {% endfor %}
        landed.vendor_code,
        known_contents.source_file,
        landed._source_row as source_row,
        landed._content_hash as content_hash,
        known_contents.known_at
    from landed
    inner join known_contents on landed._content_hash = known_contents.content_hash
{%- endmacro %}

{#- Whether landing has exported a file of this name. -#}
{% macro landing_has(name) -%}
    {{ return(adapter.dispatch("landing_has")(name)) }}
{%- endmacro %}

{% macro default__landing_has(name) -%}
    {%- if not execute -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set folder = env_var('STAIRSTEP_HOME', '.') | replace("'", "''") -%}
    {%- set found = run_query("select count(*) from glob('" ~ folder ~ "/landing/" ~ name ~ ".parquet')") -%}
    {{ return(found.columns[0].values()[0] > 0) }}
{%- endmacro %}
