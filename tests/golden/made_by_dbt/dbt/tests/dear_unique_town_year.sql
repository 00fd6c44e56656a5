-- Promoted from notebooks/dear.ipynb, step gold:dear. Change the notebook and run `promote`.
select "town", "year", count(*) as rows
from {{ ref('dear') }}
group by "town", "year"
having count(*) > 1
