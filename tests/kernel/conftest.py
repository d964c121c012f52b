"""What stands in ``inside`` runs in the virtual machine only, where SAYKEY_KERNEL=real."""

import os

collect_ignore = [] if os.environ.get("SAYKEY_KERNEL") == "real" else ["inside"]
