"""The parts of the view under Mesa's own page, as docs/view.md shows it."""

import solara
from mesa.visualization import SolaraViz

from sim import StationModel
from sim.view.components import CityLines, CityMap, StationCard

pay = {"type": "SliderFloat", "label": "pay", "value": 2500, "min": 2000, "max": 8000, "step": 100}


@solara.component
def Page():  # noqa: N802
    model = solara.use_memo(lambda: StationModel("t-city", seed=7), [])  # one for each session
    SolaraViz(model, components=[CityMap, CityLines, StationCard], model_params={"seed": 7, "pay": pay}, name="T City")
