"""What the vectors are made of: genuine publications, and what breaks one rule each."""
