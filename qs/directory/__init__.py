"""The organisation that is supervised: sectors, areas, departments, providers, services and supervision groups."""
