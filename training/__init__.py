"""Trains and fits the shipped weights."""
