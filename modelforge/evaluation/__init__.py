"""How good a model is, and how sure that is: metrics, bootstrap, report; and the check of the data before."""
