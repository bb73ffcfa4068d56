from hypothesis import settings

# No deadline: a machine that is busy with other tests is not a failure. 30 examples keep this folder within seconds.
settings.register_profile("matching", deadline=None, max_examples=30)
settings.load_profile("matching")
