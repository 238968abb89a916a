"""更新轮次: how far each village is, who is missing, who came and left, and the forms to take along."""
