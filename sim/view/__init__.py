"""Floor 6: the browser view. `live` is a city that is watched and steered; the pages show it; `server` serves them."""
