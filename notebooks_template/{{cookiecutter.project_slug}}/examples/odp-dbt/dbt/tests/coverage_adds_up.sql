-- Rows that cannot be: more authorities provide a dataset than were expected to, or a dataset stands twice on a date
select report_date, dataset
from {{ ref('dataset_coverage') }}
group by report_date, dataset
having count(*) > 1 or max(provided) > max(expected) or max(answering) > max(provided)
