"""What recording costs, beside what sitting in the meeting costs and what the usual design costs."""
