"""What people do: `perform` is the one way in for an act, and procedures of several records."""
