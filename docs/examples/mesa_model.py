import mesa

from sim import StationModel


class Watched(StationModel):
    """Collects what it wants to know, every day."""

    def __init__(self, **options):
        super().__init__("small-city.yaml", **options)
        self.datacollector = mesa.DataCollector(
            model_reporters={"staff": "n_staff", "worst burnout": lambda model: model.workers.agg("burnout", max)}
        )


if __name__ == "__main__":
    model = Watched(seed=1, pay=3500).run_until("2022-03-01")
    print(model.datacollector.get_model_vars_dataframe().tail(2).round(3))
    found = mesa.batch_run(Watched, {"pay": [2500, 4500], "seed": [1, 2]}, max_steps=365, display_progress=False)
    for row in found:
        print(f"pay {row['pay']}, seed {row['seed']}: {row['staff']} of 13 posts filled")
