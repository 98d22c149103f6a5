"""BentoML's side of DocFlow: the services that serve the API, and the models that travel with them."""
