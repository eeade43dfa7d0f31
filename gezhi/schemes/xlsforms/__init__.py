"""Forms from and to XLSForm workbooks, as other tools for data collection use them."""

from gezhi.schemes.xlsforms.reading import Carried, Left, read
from gezhi.schemes.xlsforms.writing import Written, write

__all__ = ["Carried", "Left", "Written", "read", "write"]
