"""A dealer group made of real vehicle registrations, for measuring at real size.

Here: turning a folder of registration files (columns `date_reg`, `maker`, `model`, `type`, `fuel`,
`state`; the road transport department of Malaysia's open data, CC BY 4.0) into a home folder with
vendor files. None of the data is part of this project.
Not here: the invented sample group (the package above); reading the files back (orchestration).
"""
