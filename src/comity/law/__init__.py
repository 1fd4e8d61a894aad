"""What an instrument allows and demands, and how the law counts time. Pure; filled by the law subject."""
