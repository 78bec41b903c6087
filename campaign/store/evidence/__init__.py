"""The log as evidence: hashes and seals, and holding what stands in the store against them."""
