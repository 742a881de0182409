"""What people may have done with what is stored about them: taken along, corrected, kept out of search engines, erased."""
