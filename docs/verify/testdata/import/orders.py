"""An order service that imports the verifier."""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "python"))
import verify

token, key_file, issuer, audience, body_file = sys.argv[1:6]
algorithm, key = verify.read_key(verify.read(key_file))
print(verify.verify(token, algorithm, key, issuer, audience, verify.read(body_file))["amount"])
