"""`milepost forecast`: try the forecast on a history, train it, and go back."""

from cyclopts import App

from milepost.cli.groups import PLAIN

app = App(name="forecast", default_parameter=PLAIN)
app.command(
    "milepost.cli.backtest:backtest",
    name="backtest",
    help="""Run the forecast over a history and print how good it was.

At each moment it knows only what was known then (docs/use/forecast-backtest.md).""",
)
for name in ("train", "models", "rollback", "export-prior", "import-prior"):
    app.command(f"milepost.cli.forecast_models:{name.replace('-', '_')}", name=name)
