"""Forecasting candidates, one a module, all behind `forecasting.panel.Forecaster`."""
