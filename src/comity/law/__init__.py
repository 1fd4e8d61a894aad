"""What an instrument allows and demands, and how the law counts time. Pure; not filled yet."""
